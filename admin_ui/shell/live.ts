// The live page follows its feed: rows change in place, and the table is fetched anew when a call came or went.
import htmx from "./htmx";

interface Told {
  call: string;
  kind: string;
  text: string;
  node?: string;
}

const COMES_OR_GOES = new Set(["offered", "adopted", "attended", "ended", "handed_over", "gap", "not_placed"]);

export function startLive(): void {
  const place = document.querySelector<HTMLElement>("[data-live]");
  if (!place) return;
  const source = new EventSource(place.dataset.live ?? "");
  let due = 0;
  const renew = () => {
    clearTimeout(due);
    due = window.setTimeout(() => refresh(place), 250);
  };
  source.addEventListener("message", (event: MessageEvent<string>) => {
    const told = JSON.parse(event.data) as Told;
    const row = place.querySelector<HTMLElement>(`tr[data-call="${CSS.escape(told.call)}"]`);
    if (!row || COMES_OR_GOES.has(told.kind)) renew();
    if (row) show(row, told);
  });
  let broken = false;
  source.addEventListener("error", () => (broken = true));
  source.addEventListener("open", () => {
    if (broken) renew(); // what happened meanwhile may not be told again
    broken = false;
  });
  addEventListener("pagehide", () => source.close());
}

/** Somebody who types a number to transfer to is not disturbed. */
function refresh(place: HTMLElement): void {
  const typing = place.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement;
  if (typing && document.activeElement instanceof HTMLInputElement && document.activeElement.value) {
    window.setTimeout(() => refresh(place), 2000);
    return;
  }
  void htmx.ajax("get", place.dataset.board ?? "", { target: place, swap: "innerHTML" });
}

function show(row: HTMLElement, told: Told): void {
  const node = row.querySelector<HTMLElement>("[data-node]");
  const doing = row.querySelector<HTMLElement>("[data-doing]");
  if (node && told.node && node.textContent !== told.node) {
    node.textContent = told.node;
    row.classList.remove("fresh");
    void row.offsetWidth; // lets the animation begin again
    row.classList.add("fresh");
  }
  if (doing) doing.textContent = told.text;
}
