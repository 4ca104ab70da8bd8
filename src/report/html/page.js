"use strict";
// Filters and sorts the findings. Everything is readable without it.
(() => {
  const table = document.getElementById("all");
  if (!table) return;
  const body = table.tBodies[0];
  const found = [...body.rows];
  const filter = document.getElementById("filter");
  const words = document.getElementById("words");
  const shown = document.getElementById("shown");
  const boxes = [...filter.querySelectorAll("[type=checkbox]")];

  const columns = [...table.tHead.rows[0].cells];
  const named = Object.fromEntries(columns.map((column) => [column.className, column.cellIndex]));

  // What a cell says while it is folded.
  const said = (row, column) => {
    const cell = row.cells[column];
    return (cell.querySelector("summary") ?? cell).textContent;
  };

  const texts = new Map();
  const text = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };

  // `machine:server7` looks in one column, any other word everywhere.
  const holds = (row, word) => {
    const [, name, rest] = word.match(/^(\w+):(.+)$/) ?? [];
    if (!Object.hasOwn(named, name)) return text(row).includes(word);
    return said(row, named[name]).toLowerCase().includes(rest);
  };

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const off = new Set(boxes.filter((box) => !box.checked).map((box) => box.name));
    let count = 0;
    for (const row of found) {
      const kind = !off.has(row.dataset.kind) && !("accepted" in row.dataset && off.has("accepted"));
      row.hidden = !(kind && wanted.every((word) => holds(row, word)));
      count += !row.hidden;
    }
    shown.value = `${count} of ${found.length} shown`;
  };

  const rank = new Map(found.map((row, at) => [row, at]));
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const key = (column, row) => {
    if (column.className === "kind") return rank.get(row);
    if (column.className === "time") return row.dataset.day ?? "";
    return said(row, column.cellIndex);
  };

  const sort = (column) => {
    const up = column.ariaSort !== "ascending";
    for (const other of columns) other.removeAttribute("aria-sort");
    column.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = found.map((row) => [key(column, row), row]);
    keyed.sort(([one, first], [other, second]) => {
      // What has no value stands last either way.
      if (one === "" || other === "") return (one === "") - (other === "") || rank.get(first) - rank.get(second);
      const order = typeof one === "number" ? one - other : compare(one, other);
      return (up ? order : -order) || rank.get(first) - rank.get(second);
    });
    body.append(...keyed.map(([, row]) => row));
  };

  for (const column of columns) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = column.textContent;
    button.addEventListener("click", () => sort(column));
    column.replaceChildren(button);
  }
  columns[0].setAttribute("aria-sort", "ascending");

  filter.addEventListener("submit", (event) => event.preventDefault());
  filter.addEventListener("input", apply);
  filter.hidden = false;
  apply();

  for (const link of document.querySelectorAll("[data-find]")) {
    link.addEventListener("click", () => {
      words.value = link.dataset.find;
      boxes.forEach((box) => { box.checked = true; });
      apply();
    });
  }

  // A link to an issue opens it.
  addEventListener("hashchange", () => {
    const issue = document.getElementById(location.hash.slice(1));
    for (let at = issue?.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
    issue?.scrollIntoView();
  });

  // Paper does not unfold.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((folded) => { folded.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((folded) => { folded.open = false; }));
})();
