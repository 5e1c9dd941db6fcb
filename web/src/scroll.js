// Tables in their own scrolling regions: a stop of the Tab key where something scrolls, and there alone.

// Rows go on below the edge.
function fade(region) {
  const left = region.scrollHeight - region.clientHeight - region.scrollTop;
  region.classList.toggle("goes-on", left > 1);
}

function update(region) {
  const scrolls =
    region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
  if (scrolls) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
  fade(region);
}

export function watch_scrolling_regions() {
  const observer = new ResizeObserver((entries) => {
    for (const region of new Set(entries.map(({ target }) => target.closest(".scroll"))))
      update(region);
  });
  for (const region of document.querySelectorAll(".scroll")) {
    observer.observe(region);
    region.addEventListener("scroll", () => fade(region), { passive: true });
    observer.observe(region.firstElementChild);
  }
}
