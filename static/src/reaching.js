// A form with a long text is sent only once the portal answers: a browser that finds nobody there leaves the page, and
// takes the text with it. Also where it is kept as it is typed: the last words may not have been.
const WAIT = 8000;
const NOT_SENT = "Not sent: no connection. What you typed is still here. Keep this page open and try again.";

export function startReaching() {
  for (const form of document.querySelectorAll('form[method="post" i]')) {
    if (form.querySelector("textarea")) new Reaching(form);
  }
}

class Reaching {
  constructor(form) {
    this.form = form;
    this.asking = false;
    this.reached = false;
    form.addEventListener("submit", (event) => this.submitted(event));
    // The portal is there again: what could not be sent before can be now, and nothing else is wrong.
    form.addEventListener("app:saved", () => this.unsay());
  }

  async submitted(event) {
    if (this.reached) {
      // For this once: whoever comes back to the page, or is held up by a save, is asked for anew.
      this.reached = false;
      return;
    }
    event.preventDefault();
    // Whoever else hears of it would take the page to be on its way.
    event.stopImmediatePropagation();
    if (this.asking) return;
    this.asking = true;
    this.reached = await isThere();
    this.asking = false;
    if (this.reached) this.form.requestSubmit(event.submitter);
    else this.say(event.submitter);
  }

  unsay() {
    this.line?.remove();
    this.line = null;
  }

  say(submitter) {
    if (!this.line) {
      this.line = document.createElement("p");
      this.line.className = "app-saved app-saved--problem";
      this.line.setAttribute("role", "alert");
      const last = submitter || this.form.lastElementChild;
      (last.closest(".govuk-button-group") || last).before(this.line);
    }
    // Emptied first, so that it is read out at every try.
    this.line.textContent = "";
    setTimeout(() => {
      if (this.line) this.line.textContent = NOT_SENT;
    });
  }
}

async function isThere() {
  try {
    const answer = await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(WAIT) });
    return answer.status < 500;
  } catch {
    return false;
  }
}
