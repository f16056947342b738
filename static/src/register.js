// The register: a letter or an arrow sets a row, each row saves itself, the quorum line follows.
import { CONFLICT, REFUSED, SAVED, SIGNED_OUT, SOMEBODY_ELSE, followVersion, send } from "./sending.js";

const KEYS = { i: "in_person", v: "video", p: "telephone", a: "apologies", n: "no_response" };
const FIRST_RETRY = 2000;
const LAST_RETRY = 60000;

class Row {
  constructor(element, register) {
    this.element = element;
    this.register = register;
    this.form = element.querySelector("form");
    this.line = element.querySelector("[data-register-status]");
    this.retry = FIRST_RETRY;
    this.sending = false;
    this.again = false;
    this.signedOut = false;
    this.timer = null;
    this.form.addEventListener("change", () => this.save());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  radios() {
    return [...this.form.querySelectorAll("input[type=radio]")];
  }

  choose(value) {
    const radio = this.radios().find((candidate) => candidate.value === value);
    if (!radio || radio.disabled) return;
    radio.focus();
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Saves what stands in the row now; a change made meanwhile is saved after it, never beside it. */
  async save() {
    window.clearTimeout(this.timer);
    if (this.sending) {
      this.again = true;
      return;
    }
    this.sending = true;
    this.again = false;
    this.say("Saving…");
    const result = await send(() => new FormData(this.form), this.form.action, this.signedOut);
    this.sending = false;
    this.tell(result.outcome, result.answer);
    if (this.again && result.outcome === SAVED) this.save();
  }

  tell(outcome, answer) {
    this.signedOut = outcome === SIGNED_OUT || outcome === SOMEBODY_ELSE;
    if (outcome === SAVED) {
      this.retry = FIRST_RETRY;
      followVersion(this.form, answer);
      this.say(`Saved ${answer.saved_at || ""}`.trim());
      this.form.dispatchEvent(new Event("app:saved"));
      if (answer.quorum) this.register.showQuorum(answer.quorum);
    } else if (outcome === CONFLICT) {
      this.say("Not saved: somebody else changed this row. Load the page again to see it.", true);
    } else if (outcome === REFUSED) {
      this.say(`Not saved. ${answer.message || "This choice cannot be saved."}`, true);
    } else {
      const words =
        outcome === SIGNED_OUT
          ? "Not saved: you have been signed out. Sign in in another tab."
          : outcome === SOMEBODY_ELSE
            ? "Not saved: you are now signed in under another role."
            : "Not saved yet: no connection. Trying again.";
      this.say(words, true);
      this.timer = window.setTimeout(() => this.save(), this.retry);
      this.retry = Math.min(this.retry * 2, LAST_RETRY);
    }
  }

  say(words, problem = false) {
    if (!this.line) return;
    this.line.textContent = words;
    this.line.classList.toggle("app-saved--problem", problem);
    this.line.setAttribute("role", problem ? "alert" : "status");
  }

  unsaved() {
    return this.sending || this.again || this.line?.classList.contains("app-saved--problem");
  }
}

class Register {
  constructor(table) {
    this.quorum = document.querySelector("[data-register-quorum]");
    this.rows = [...table.querySelectorAll("[data-register-row]")]
      .filter((row) => row.querySelector("form"))
      .map((row) => new Row(row, this));
    table.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.rows.some((row) => row.unsaved())) event.preventDefault();
    });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const index = this.rows.findIndex((row) => row.element.contains(event.target));
    if (index < 0 || event.target.matches("input[type=text], textarea, select")) return;
    const value = KEYS[event.key.toLowerCase()];
    if (value) {
      event.preventDefault();
      this.rows[index].choose(value);
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && event.target.matches("input")) {
      const next = this.rows[index + (event.key === "ArrowDown" ? 1 : -1)];
      event.preventDefault();
      if (next) this.focusLike(next, event.target);
    }
  }

  /** Up and down only move: the row that is reached keeps its choice until a letter or space sets it. */
  focusLike(row, from) {
    const radios = row.radios();
    const same = radios.find((radio) => radio.value === from.value && from.type === "radio");
    (same || radios.find((radio) => radio.checked) || radios[0])?.focus();
  }

  showQuorum({ quorate, text }) {
    if (!this.quorum) return;
    const tag = document.createElement("strong");
    tag.className = `govuk-tag govuk-tag--${quorate ? "green" : "red"}`;
    tag.textContent = quorate ? "Quorate" : "Not quorate";
    const words = document.createElement("span");
    words.textContent = text;
    this.quorum.replaceChildren(tag, " ", words);
  }
}

export function startRegister() {
  for (const table of document.querySelectorAll("[data-register]")) new Register(table);
}
