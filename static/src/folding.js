// Filters stand open where there is room, and are folded on a telephone until somebody wants them.
export function startFolding() {
  const narrow = window.matchMedia("(max-width: 40.0525em)");
  if (narrow.matches) fold();
  // A telephone that is turned has room, and nothing to press there that would open them again.
  narrow.addEventListener("change", () => {
    if (!narrow.matches) setOpen("details[data-fold-narrow], .app-filters__fold", true);
  });
}

// What the address leads to stays open.
function fold() {
  const wanted = document.getElementById(window.location.hash.slice(1));
  for (const fold of document.querySelectorAll("details[data-fold-narrow]")) fold.open = fold.contains(wanted);
}

function setOpen(which, open) {
  for (const fold of document.querySelectorAll(which)) fold.open = open;
}
