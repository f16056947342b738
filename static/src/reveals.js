// Opens what belongs to a chosen radio. GOV.UK's own script says aria-expanded on the radio, which ARIA does not allow.
const HIDDEN = "govuk-radios__conditional--hidden";

function follow(group) {
  for (const radio of group.querySelectorAll("input[type=radio][data-aria-controls]")) {
    const target = document.getElementById(radio.dataset.ariaControls);
    if (target) target.classList.toggle(HIDDEN, !radio.checked);
  }
}

export function startReveals() {
  for (const group of document.querySelectorAll('[data-module="govuk-radios"]')) {
    follow(group);
    group.addEventListener("change", () => follow(group));
  }
  // Browsers put choices back after Back was pressed, without saying that anything changed.
  window.addEventListener("pageshow", () => {
    for (const group of document.querySelectorAll('[data-module="govuk-radios"]')) follow(group);
  });
}
