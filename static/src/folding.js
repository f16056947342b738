// Filters stand open where there is room, and are folded on a telephone until somebody wants them.
export function startFolding() {
  if (!window.matchMedia("(max-width: 40.0525em)").matches) return;
  for (const fold of document.querySelectorAll("details[data-fold-narrow]")) fold.open = false;
}
