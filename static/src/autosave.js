// Keeps what is typed as it is typed: <form data-autosave="ADDRESS"> (docs/frontend.md says what the server answers).
import {
  CONFLICT,
  FAILED,
  REFUSED,
  SAVED,
  SIGNED_OUT,
  SOMEBODY_ELSE,
  followVersion,
  send,
} from "./sending.js";

const PAUSE = 1500;
const FIRST_RETRY = 2000;
const LAST_RETRY = 60000;
const SIGNED_OUT_RETRY = 5000;

export class Autosave {
  constructor(form) {
    this.form = form;
    this.line = form.querySelector("[data-autosave-status]") || this.addLine();
    this.timer = null;
    this.sending = false;
    this.stopped = false;
    this.leaving = false;
    this.waiting = false;
    this.lastProblem = null;
    this.retry = FIRST_RETRY;
    this.kept = this.contents();
    form.addEventListener("input", () => this.soon(PAUSE));
    form.addEventListener("change", () => this.soon(PAUSE));
    form.addEventListener("focusout", () => this.now());
    form.addEventListener("submit", (event) => this.leave(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.now();
      else if (this.lastProblem) this.soon(0);
    });
    window.addEventListener("online", () => this.soon(0));
    window.addEventListener("beforeunload", (event) => {
      if (!this.leaving && this.changed()) event.preventDefault();
    });
    // Back to a page that the browser had kept whole: it may be sent, and so be left, again.
    window.addEventListener("pageshow", () => {
      this.leaving = false;
    });
  }

  addLine() {
    const line = document.createElement("p");
    line.className = "app-saved";
    line.setAttribute("role", "status");
    this.form.append(line);
    return line;
  }

  /** What would be sent, without what the server itself hands out. */
  contents() {
    const fields = [...new FormData(this.form)].filter(
      ([name, value]) => name !== "csrf_token" && name !== "version" && typeof value === "string",
    );
    return JSON.stringify(fields);
  }

  changed() {
    return this.contents() !== this.kept;
  }

  /** Sending the form while a save is under way would meet that save's own new version: it waits for it. */
  leave(event) {
    this.leaving = true;
    window.clearTimeout(this.timer);
    if (!this.sending) return;
    event.preventDefault();
    this.submitter = event.submitter;
    this.waiting = true;
  }

  soon(delay) {
    if (this.leaving || this.stopped) return;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.now(), delay);
  }

  /** Whether there is something to send now. */
  pending() {
    return this.changed();
  }

  /** What is sent now: `fields` makes it, with the token of the moment. */
  parcel() {
    return { contents: this.contents(), fields: () => new FormData(this.form) };
  }

  /** Notes what came of a parcel. */
  answered(outcome, answer, parcel) {
    if (outcome !== SAVED) return;
    this.kept = parcel.contents;
    followVersion(this.form, answer);
  }

  async now() {
    if (this.sending || this.leaving || this.stopped || !this.pending()) return;
    window.clearTimeout(this.timer);
    this.sending = true;
    const parcel = this.parcel();
    const renew = this.lastProblem === SIGNED_OUT || this.lastProblem === SOMEBODY_ELSE;
    const { outcome, answer } = await send(parcel.fields, this.form.dataset.autosave, renew);
    this.sending = false;
    this.answered(outcome, answer, parcel);
    if (this.waiting) {
      this.waiting = false;
      this.leaving = outcome !== FAILED;
      if (this.leaving) {
        this.form.requestSubmit(this.submitter);
        return;
      }
    }
    this.tell(outcome, answer);
  }

  tell(outcome, answer) {
    const again = this.lastProblem === outcome;
    this.lastProblem = outcome === SAVED ? null : outcome;
    if (outcome === SAVED) {
      this.retry = FIRST_RETRY;
      this.say(`Saved ${answer.saved_at || ""}`.trim());
      this.form.dispatchEvent(new Event("app:saved"));
      if (this.pending()) this.soon(PAUSE);
    } else if (outcome === CONFLICT) {
      this.stopped = true;
      this.sayConflict(answer);
    } else if (outcome === REFUSED) {
      this.say(`Not saved. ${answer.message || "Something here cannot be saved as it stands."}`, true);
    } else if (outcome === SIGNED_OUT) {
      this.sayOnce(again, "You have been signed out. Sign in in another tab, then carry on: nothing here is lost.");
      this.soon(SIGNED_OUT_RETRY);
    } else if (outcome === SOMEBODY_ELSE) {
      this.sayOnce(
        again,
        "Not saved: this page belongs to somebody else’s sign-in or role. Change back in another tab, then carry on.",
      );
      this.soon(SIGNED_OUT_RETRY);
    } else if (outcome === FAILED) {
      const offline = navigator.onLine === false || !answer.message;
      this.sayOnce(
        again,
        offline ? "Not saved: no connection. Keep this page open: it tries again by itself." : `Not saved. ${answer.message}`,
      );
      this.soon(this.retry);
      this.retry = Math.min(this.retry * 2, LAST_RETRY);
    }
  }

  /** A problem that lasts is read out once, not at each try. */
  sayOnce(again, words) {
    if (!again) this.say(words, true);
  }

  say(words, problem = false) {
    this.line.textContent = words;
    this.line.classList.toggle("app-saved--problem", problem);
  }

  sayConflict() {
    this.say("Somebody else has changed this since you opened it. Send the form to see both texts, or ", true);
    const link = document.createElement("a");
    link.className = "govuk-link";
    link.href = window.location.href;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "look at theirs in a new tab";
    this.line.append(link, ".");
  }
}

export function startAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]:not([data-autosave-questions])")) new Autosave(form);
}
