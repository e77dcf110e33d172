// Tables: a click on a row opens it, arrow keys walk, "select all" selects, hidden columns are remembered.
export function startTables(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    if (target.closest("a, button, input, label, select, summary")) return;
    const row = target.closest<HTMLElement>("tr[data-href]");
    if (row && !getSelection()?.toString()) location.href = row.dataset.href ?? "";
  });
  document.addEventListener("keydown", (event) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("tr[data-href]");
    if (!row) return;
    const other = event.key === "ArrowDown" ? row.nextElementSibling : event.key === "ArrowUp" ? row.previousElementSibling : null;
    if (other instanceof HTMLElement) {
      event.preventDefault();
      other.querySelector<HTMLElement>("a")?.focus();
    }
  });
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.matches("[data-select-all]")) {
      const all = box.closest("table")?.querySelectorAll<HTMLInputElement>("input[name=selected]") ?? [];
      all.forEach((one) => (one.checked = box.checked));
    }
    if (box.matches("[data-column]")) hide(box);
    if (box.matches("[data-submit]")) box.form?.requestSubmit();
  });
  restoreColumns();
  document.addEventListener("htmx:afterSettle", restoreColumns);
}

const stored = (table: string) => `columns:${table}`;

function hide(box: HTMLInputElement): void {
  const table = box.dataset.table ?? "";
  const hidden = new Set<string>(JSON.parse(localStorage.getItem(stored(table)) ?? "[]") as string[]);
  if (box.checked) hidden.delete(box.dataset.column ?? "");
  else hidden.add(box.dataset.column ?? "");
  localStorage.setItem(stored(table), JSON.stringify([...hidden]));
  restoreColumns();
}

function restoreColumns(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>("table[data-table]")) {
    const hidden = new Set<string>(JSON.parse(localStorage.getItem(stored(table.dataset.table ?? "")) ?? "[]") as string[]);
    for (const cell of table.querySelectorAll<HTMLElement>("[data-cell]")) cell.hidden = hidden.has(cell.dataset.cell ?? "");
    for (const box of document.querySelectorAll<HTMLInputElement>(`[data-table="${table.dataset.table}"][data-column]`)) {
      box.checked = !hidden.has(box.dataset.column ?? "");
    }
  }
}
