// What the page's script does once the page is read. Without it the page is complete, with static pictures.
import { enhance_figures } from "./figures.js";
import { enhance_region_rows } from "./region_dialog.js";
import { watch_scrolling_regions } from "./scroll.js";
import { enhance_tables } from "./tables.js";
import { add_theme_button } from "./theme.js";

function enhance_page() {
  document.documentElement.classList.add("scripted");
  add_theme_button();
  enhance_tables();
  enhance_region_rows();
  watch_scrolling_regions();
  enhance_figures();
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", enhance_page);
else enhance_page();
