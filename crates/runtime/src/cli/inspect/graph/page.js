"use strict";
const svg = document.querySelector(".picture svg");
const layers = [...svg.querySelectorAll("g.layer")];
const paths = [...svg.querySelectorAll("path.edge")];
const [gapX, gapY, margin] = graph.gaps;

// Width and height of a cell as it is now; a lane is as high as its row.
function size(index) {
  const cell = graph.cells[index];
  if (!cell.folded) return [cell.width, 0];
  return graph.open[index] ? cell.unfolded : cell.folded;
}

// Places of a row's cells, as near to where they belong as those beside them let them.
function spread(row) {
  const wanted = row.map((index) => graph.cells[index].x);
  const apart = (i) => (size(row[i - 1])[0] + size(row[i])[0]) / 2 + gapX;
  const offsets = [0];
  for (let i = 1; i < row.length; i++) offsets.push(offsets[i - 1] + apart(i));
  const blocks = [];
  wanted.forEach((want, i) => {
    const weight = graph.cells[row[i]].weight;
    let block = { sum: weight * (want - offsets[i]), weight, count: 1 };
    while (blocks.length && blocks.at(-1).sum / blocks.at(-1).weight > block.sum / block.weight) {
      const before = blocks.pop();
      block = { sum: block.sum + before.sum, weight: block.weight + before.weight, count: block.count + before.count };
    }
    blocks.push(block);
  });
  return blocks.flatMap((block) => Array(block.count).fill(block.sum / block.weight)).map((x, i) => x + offsets[i]);
}

function draw() {
  const xs = [], tops = [], bottoms = [];
  let top = margin, left = Infinity, right = 0;
  for (const row of graph.rows) {
    const places = spread(row);
    const height = Math.max(0, ...row.map((index) => size(index)[1]));
    row.forEach((index, i) => {
      xs[index] = places[i];
      left = Math.min(left, places[i] - size(index)[0] / 2);
      right = Math.max(right, places[i] + size(index)[0] / 2);
    });
    tops.push(top);
    bottoms.push(top + height);
    top += height + gapY;
  }
  const shift = margin - left, width = right - left + 2 * margin, height = top - gapY + margin;
  for (const [name, value] of [["width", width], ["height", height], ["viewBox", `0 0 ${width} ${height}`]])
    svg.setAttribute(name, value);
  layers.forEach((layer, index) => {
    const open = graph.open[index], [width, height] = size(index), box = layer.querySelector("rect");
    layer.setAttribute("transform", `translate(${xs[index] + shift} ${tops[graph.cells[index].row]})`);
    box.setAttribute("x", -width / 2);
    box.setAttribute("width", width);
    box.setAttribute("height", height);
    const steps = layer.querySelector(":scope > g.steps"), sign = layer.querySelector(":scope > text.sign");
    if (!steps) return;
    if (open) steps.removeAttribute("display"); else steps.setAttribute("display", "none");
    sign.textContent = open ? "−" : "+";
    sign.setAttribute("x", width / 2 - 12);
  });
  paths.forEach((path, number) => {
    let text = "", from = null;
    for (const index of graph.edges[number]) {
      const cell = graph.cells[index], x = xs[index] + shift, top = tops[cell.row], bottom = bottoms[cell.row];
      if (from) {
        const bend = (top - from[1]) / 2;
        text += `C${from[0]} ${from[1] + bend} ${x} ${top - bend} ${x} ${top}`;
        if (!cell.folded) text += `V${bottom}`;
      } else text = `M${x} ${top + size(index)[1]}V${bottom}`;
      from = [x, bottom];
    }
    path.setAttribute("d", text);
  });
}

layers.forEach((layer, index) => {
  if (!layer.classList.contains("has")) return;
  layer.addEventListener("click", () => { graph.open[index] = !graph.open[index]; draw(); });
});
for (const [name, open] of [["unfold", true], ["fold", false]])
  document.getElementById(name)?.addEventListener("click", () => { graph.open = graph.open.map(() => open); draw(); });
