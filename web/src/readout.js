// What is known of the point under the pointer or the keyboard's cursor, beside that point.

function list_of(rows) {
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    const term = document.createElement("dt");
    const detail = document.createElement("dd");
    term.textContent = name;
    detail.textContent = value;
    list.append(term, detail);
  }
  return list;
}

export class Readout {
  constructor(chart) {
    this.chart = chart;
    this.point = null;
    this.box = document.createElement("div");
    this.box.className = "readout";
    this.box.setAttribute("role", "status");
    this.box.hidden = true;
    this.ring = document.createElement("div");
    this.ring.className = "ring";
    this.ring.hidden = true;
    chart.plot.over.append(this.ring);
    chart.body.append(this.box);
  }

  show(point) {
    if (point === this.point) return;
    this.point = point;
    const { title, rows } = this.chart.spec.describe(point);
    const heading = document.createElement("strong");
    heading.textContent = title;
    this.box.replaceChildren(heading, list_of(rows));
    this.box.hidden = false;
    this.place();
    this.chart.plot.over.classList.toggle(
      "clickable",
      Boolean(this.chart.spec.activate && this.can_activate(point)),
    );
  }

  can_activate(point) {
    return this.chart.spec.can_activate?.(point) ?? true;
  }

  place() {
    const { plot, body, spec } = this.chart;
    const left = plot.valToPos(spec.points.x[this.point], "x");
    const top = plot.valToPos(spec.points.y[this.point], "y");
    this.ring.hidden = spec.ring === false;
    this.ring.style.transform = `translate(${left}px, ${top}px)`;
    const frame = plot.over.getBoundingClientRect();
    const outer = body.getBoundingClientRect();
    const across = left + frame.left - outer.left;
    const down = top + frame.top - outer.top;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const to_right = across + 14 + width <= outer.width;
    const x = to_right ? across + 14 : Math.max(0, across - 14 - width);
    const covers = !to_right && across - 14 - width < 0;
    const y = covers ? down - height - 14 : down - height / 2;
    this.box.style.left = `${x}px`;
    this.box.style.top = `${covers && y < 0 ? down + 14 : Math.max(0, Math.min(y, outer.height - height))}px`;
  }

  hide() {
    this.point = null;
    this.box.hidden = true;
    this.ring.hidden = true;
    this.chart.plot.over.classList.remove("clickable");
  }

  activate() {
    if (this.point === null || !this.chart.spec.activate || !this.can_activate(this.point)) return;
    this.chart.visited = this.point;
    this.chart.spec.activate(this.point);
  }
}
