// Sort tables by the buttons in their headings, and filter the students.
const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const headings = Array.from(table.tHead.rows[0].cells);
  for (const [column, heading] of headings.entries()) {
    heading.querySelector("button").addEventListener("click", () => {
      const down = heading.getAttribute("aria-sort") === "ascending";
      const sign = down ? -1 : 1;
      const numeric = "numeric" in heading.dataset;
      const keyed = Array.from(body.rows, (row) => [value(row, column), row]);
      keyed.sort(([a], [b]) => sign * (numeric ? Number(a) - Number(b) : order.compare(a, b)));
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...keyed.map(([, row]) => row));
    });
  }
}

const rows = Array.from(document.getElementById("students").tBodies[0].rows, (row) => [row, row.textContent.toLowerCase()]);
const words = document.getElementById("filter");
const status = document.getElementById("status");
const shown = document.getElementById("shown");

function filter() {
  const wanted = words.value.toLowerCase();
  let count = 0;
  for (const [row, text] of rows) {
    const fits = !status.value || (status.value === "review" ? "review" in row.dataset : row.dataset.status === status.value);
    row.hidden = !(fits && text.includes(wanted));
    count += row.hidden ? 0 : 1;
  }
  shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{all}", rows.length);
}

words.addEventListener("input", filter);
status.addEventListener("input", filter);
