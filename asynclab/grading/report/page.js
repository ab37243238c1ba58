const compare = (one, other) => {
  const gap = Number(one) - Number(other);
  return Number.isNaN(gap) ? one.localeCompare(other, "id", { numeric: true }) : gap;
};
// A click on a heading sorts its table by that column; another turns it round.
for (const table of document.querySelectorAll("table[data-sort]")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    if (heading.hasAttribute("data-fixed")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const turn = heading.ariaSort === "ascending" ? -1 : 1;
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const rows = [...table.tBodies[0].rows];
      rows.sort((one, other) => turn * compare(value(one), value(other)));
      for (const item of headings) item.ariaSort = null;
      heading.ariaSort = turn === 1 ? "ascending" : "descending";
      table.tBodies[0].append(...rows);
    });
  });
}
