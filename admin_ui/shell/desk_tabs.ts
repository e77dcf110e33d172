// On a phone the desk's parts are tabs: one is shown, arrows go from one to the next.
export function startTabs(desk: HTMLElement): void {
  const tabs = [...desk.querySelectorAll<HTMLElement>("[role=tab]")];
  const parts = desk.querySelector<HTMLElement>("[data-part=parts]");
  const open = (tab: HTMLElement) => {
    for (const one of tabs) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    if (parts) parts.dataset.shown = tab.dataset.tab ?? "";
  };
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step ? tabs[(index + step + tabs.length) % tabs.length] : undefined;
      if (!next) return;
      open(next);
      next.focus();
    });
  });
}
