// Figures of the page: each gets its interactive plot when it comes near the window.
import { read_data } from "./decode.js";
import { draw_chart, is_kind } from "./kinds.js";
import { open_region, trait_of } from "./region_dialog.js";

// Where data or plot fail, the static picture stays.
async function enhance(figure) {
  const host = document.createElement("div");
  host.className = "live";
  try {
    const data = await read_data(figure.dataset.source);
    figure.prepend(host);
    const open = (id) => open_region(id, trait_of(figure));
    draw_chart(host, figure.dataset.plot, data, figure.dataset.title ?? "", open);
    figure.classList.add("enhanced");
  } catch (error) {
    host.remove();
    figure.classList.add("failed");
    console.error(`plot '${figure.dataset.source}': ${error.message}`);
  }
}

export function enhance_figures() {
  const figures = [...document.querySelectorAll("figure.plot[data-plot][data-source]")].filter(
    (figure) => is_kind(figure.dataset.plot),
  );
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        enhance(target);
      }
    },
    { rootMargin: "400px" },
  );
  for (const figure of figures) observer.observe(figure);
}
