// Dialogs of the page: opened by data-open="ID" or a key, closed by Escape, a click beside them, or data-close.
const opened = (id: string) => document.getElementById(id) as HTMLDialogElement | null;

export function startDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const opener = target.closest<HTMLElement>("[data-open]");
    if (opener) open(opener.dataset.open ?? "");
    if (target.closest("[data-close]") || target instanceof HTMLDialogElement) target.closest("dialog")?.close();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && opened("palette")) {
      event.preventDefault();
      open("palette");
    }
  });
  startPalette();
}

function open(id: string): void {
  const dialog = opened(id);
  if (!dialog || dialog.open) return;
  for (const place of dialog.querySelectorAll<HTMLElement>("[data-copy]")) {
    if (!place.childElementCount) place.replaceChildren(copyOf(place.dataset.copy ?? ""));
  }
  dialog.showModal();
  if (id === "palette") document.body.dispatchEvent(new Event("palette"));
}

function copyOf(selector: string): Node {
  const original = document.querySelector(selector);
  return original ? original.cloneNode(true) : document.createTextNode("");
}

/** Arrow keys walk through what was found; Enter goes there. */
function startPalette(): void {
  const text = document.getElementById("palette-text") as HTMLInputElement | null;
  text?.form?.addEventListener("submit", (event) => event.preventDefault());
  opened("palette")?.addEventListener("keydown", (event) => {
    const found = [...document.querySelectorAll<HTMLAnchorElement>("#palette-results a")];
    const at = found.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.key === "ArrowDown") found[Math.min(at + 1, found.length - 1)]?.focus();
    else if (event.key === "ArrowUp") (at > 0 ? found[at - 1] : text)?.focus();
    else if (event.key === "Enter" && at < 0) found[0]?.click();
    else return;
    event.preventDefault();
  });
}
