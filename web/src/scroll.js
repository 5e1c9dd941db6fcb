// Tables in their own scrolling regions: a stop of the Tab key where something scrolls, and there alone.

function update(region) {
  const scrolls =
    region.scrollWidth > region.clientWidth || region.scrollHeight > region.clientHeight;
  if (scrolls) region.tabIndex = 0;
  else region.removeAttribute("tabindex");
}

export function watch_scrolling_regions() {
  const observer = new ResizeObserver((entries) => {
    for (const region of new Set(entries.map(({ target }) => target.closest(".scroll"))))
      update(region);
  });
  for (const region of document.querySelectorAll(".scroll")) {
    observer.observe(region);
    observer.observe(region.firstElementChild);
  }
}
