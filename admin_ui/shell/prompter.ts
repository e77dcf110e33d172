// The rule studio: rows that change places, and text areas that grow with what is written.
export function startPrompter(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-row-up], [data-row-down]");
    const row = button?.closest<HTMLElement>("[data-row]");
    if (button && row) swap(row, button.matches("[data-row-up]") ? before(row) : after(row), button);
  });
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (area instanceof HTMLTextAreaElement && "grows" in area.dataset) grow(area);
  });
  for (const area of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-grows]")) grow(area);
}

function before(row: HTMLElement): HTMLElement | null {
  const other = row.previousElementSibling;
  return other instanceof HTMLElement && other.matches("[data-row]") ? other : null;
}

function after(row: HTMLElement): HTMLElement | null {
  const other = row.nextElementSibling;
  return other instanceof HTMLElement && other.matches("[data-row]") ? other : null;
}

/** Two rows change what stands in them, not their places: so their numbers are their order, also after a reload. */
function swap(row: HTMLElement, other: HTMLElement | null, button: HTMLElement): void {
  if (!other) return;
  const fields = inputs(row);
  for (const [name, field] of inputs(other)) {
    const mine = fields.get(name);
    if (!mine) continue;
    [mine.value, field.value] = [field.value, mine.value];
    if (mine instanceof HTMLInputElement && field instanceof HTMLInputElement) [mine.checked, field.checked] = [field.checked, mine.checked];
  }
  for (const one of [row, other]) {
    for (const area of one.querySelectorAll<HTMLTextAreaElement>("textarea[data-grows]")) grow(area);
    for (const part of one.querySelectorAll<HTMLDetailsElement>("details.language")) part.open ||= filled(part);
  }
  other.querySelector<HTMLElement>(button.matches("[data-row-up]") ? "[data-row-up]" : "[data-row-down]")?.focus();
  for (const kind of ["input", "change"]) row.dispatchEvent(new Event(kind, { bubbles: true }));
}

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** The inputs of a row by their names without its number. */
function inputs(row: HTMLElement): Map<string, Input> {
  return new Map([...row.querySelectorAll<Input>("[name]")].map((one) => [one.name.replace(/^([^.]+)\.[0-9]+\./, "$1."), one]));
}

const filled = (part: HTMLElement) => [...part.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].some((one) => one.value);

function grow(area: HTMLTextAreaElement): void {
  area.rows = Math.min(14, Math.max(Number(area.dataset.least ??= String(area.rows)), area.value.split("\n").length));
}
