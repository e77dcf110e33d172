// Light, dark, or as the device is.
export function startTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const wanted = document.documentElement.dataset.theme;
    document.documentElement.dataset.bsTheme = wanted || (dark.matches ? "dark" : "light");
  };
  dark.addEventListener("change", apply);
  apply();
}
