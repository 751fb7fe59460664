const table = document.getElementById("students");
const body = table.tBodies[0];
const rows = Array.from(body.rows);
const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
for (const [column, heading] of Array.from(table.tHead.rows[0].cells).entries()) {
  heading.querySelector("button").addEventListener("click", () => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    const sign = down ? -1 : 1;
    const numeric = heading.classList.contains("number");
    rows.sort((a, b) => {
      const [left, right] = [value(a, column), value(b, column)];
      return sign * (numeric ? Number(left) - Number(right) : left.localeCompare(right));
    });
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows);
  });
}
document.getElementById("filter").addEventListener("input", (event) => {
  const wanted = event.target.value.toLocaleLowerCase();
  let shown = 0;
  for (const row of rows) {
    row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted);
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length} shown`;
});
