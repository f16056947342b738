// A form whose questions are each saved by themselves: <form data-autosave="ADDRESS" data-autosave-questions>, with a
// [data-question=CODE] around each question and in it the hidden seen-CODE (docs/frontend.md says what is answered).
import { Autosave } from "./autosave.js";
import { FAILED, SAVED } from "./sending.js";

const SHARED = ["csrf_token", "working_as"];

class QuestionAutosave extends Autosave {
  constructor(form) {
    super(form);
    this.unanswered = null;
    this.disputed = new Map();
    this.faulty = new Map();
    this.confirming = null;
    form.addEventListener("submit", (event) => this.confirm(event), { capture: true });
  }

  /** Of each question, what its inputs say; the hidden seen-CODE is the server's and no part of it. */
  contents() {
    const found = new Map();
    for (const [code, box] of this.questions()) {
      const pairs = [];
      for (const input of box.querySelectorAll("input, textarea, select")) {
        if (!input.name || input.name === `seen-${code}` || input.type === "file") continue;
        if ((input.type === "radio" || input.type === "checkbox") && !input.checked) continue;
        pairs.push([input.name, input.value]);
      }
      found.set(code, JSON.stringify(pairs));
    }
    return found;
  }

  *questions() {
    for (const box of this.form.querySelectorAll("[data-question]")) yield [box.dataset.question, box];
  }

  question(code) {
    return this.form.querySelector(`[data-question="${CSS.escape(code)}"]`);
  }

  changed() {
    return this.differing().size > 0;
  }

  differing() {
    const now = this.contents();
    return new Map([...now].filter(([code, text]) => text !== this.kept.get(code)));
  }

  /** What is worth sending: not what was refused or is disputed, as long as it says the same. */
  sendable() {
    return new Map(
      [...this.differing()].filter(
        ([code, text]) => this.disputed.get(code) !== text && this.faulty.get(code) !== text,
      ),
    );
  }

  pending() {
    return this.unanswered !== null || this.confirming !== null || this.sendable().size > 0;
  }

  /** What was sent and never answered goes first, and unchanged: the server may have kept it, and would then take what
   *  was typed since for somebody else's change of it. */
  parcel() {
    const texts = this.unanswered || this.sendable();
    const confirming = this.unanswered ? null : this.confirming;
    this.unanswered = texts.size ? texts : null;
    const fields = () => {
      const data = new FormData();
      for (const name of SHARED) {
        const input = this.form.elements.namedItem(name);
        if (input) data.append(name, input.value);
      }
      for (const [code, text] of texts) {
        data.append(`seen-${code}`, this.seen(code).value);
        for (const [name, value] of JSON.parse(text)) data.append(name, value);
      }
      if (confirming) data.append("confirm", confirming);
      return data;
    };
    return { texts, confirming, fields };
  }

  seen(code) {
    return this.form.elements.namedItem(`seen-${code}`);
  }

  answered(outcome, answer, parcel) {
    if (outcome !== FAILED) this.unanswered = null;
    if (outcome !== SAVED) return;
    for (const [code, number] of Object.entries(answer.seen || {})) {
      this.seen(code).value = number;
      this.kept.set(code, parcel.texts.get(code));
      this.disputed.delete(code);
      this.faulty.delete(code);
      this.note(code, "");
      this.question(code).querySelector("[data-carried]")?.remove();
    }
    for (const [code, words] of Object.entries(answer.conflicts || {})) {
      this.disputed.set(code, parcel.texts.get(code));
      this.note(code, `${words}. Nothing of yours is lost. `, "See both texts");
    }
    for (const [code, words] of Object.entries(answer.faults || {})) {
      this.faulty.set(code, parcel.texts.get(code));
      this.note(code, `Not saved. ${words}.`);
    }
    if (parcel.confirming) this.confirmed(parcel.confirming);
  }

  tell(outcome, answer) {
    super.tell(outcome, answer);
    const open = this.disputed.size + this.faulty.size;
    if (outcome === SAVED && open) {
      const answers = open === 1 ? "1 answer is" : `${open} answers are`;
      this.say(`Saved ${answer.saved_at || ""}, but ${answers} not: see above.`, true);
    }
  }

  sayConflict(answer) {
    this.say(`${answer.message || "This cannot be changed any more."} What you typed is still here to be copied.`, true);
  }

  /** What is wrong with one answer stands at its question. */
  note(code, words, button = "") {
    const box = this.question(code);
    let line = box.querySelector("[data-question-note]");
    if (!line && !words) return;
    if (!line) {
      line = document.createElement("p");
      line.className = "app-saved app-saved--problem";
      line.setAttribute("role", "status");
      line.dataset.questionNote = "";
      box.append(line);
    }
    line.textContent = words;
    line.hidden = !words;
    if (button) {
      const press = document.createElement("button");
      press.className = "govuk-button govuk-button--secondary app-question__confirm";
      press.name = "stay";
      press.value = "yes";
      press.textContent = button;
      line.append(press);
    }
  }

  /** A carried answer is confirmed without leaving the page; where that cannot be sent now, its button stays. */
  confirm(event) {
    if (event.submitter?.name !== "confirm") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.confirming = event.submitter.value;
    this.now();
  }

  confirmed(code) {
    this.confirming = null;
    const box = this.question(code);
    box.querySelector("[data-carried]")?.remove();
    const next = this.form.querySelector("[data-carried] button") || box.querySelector("input:not([type=hidden]), textarea");
    next?.focus();
  }
}

/** Questions that are asked only after certain answers are shown once one of these is given. */
class Conditions {
  constructor(form) {
    this.form = form;
    for (const words of form.querySelectorAll("[data-asked-words]")) words.hidden = true;
    form.addEventListener("change", () => this.follow());
    window.addEventListener("pageshow", () => this.follow());
    this.follow();
  }

  follow() {
    for (const box of this.form.querySelectorAll("[data-asked-if]")) {
      const other = this.form.querySelector(`[data-question="${CSS.escape(box.dataset.askedIf)}"]`);
      if (!other) continue;
      const wanted = box.dataset.askedValues.split(",");
      const given = [...other.querySelectorAll("input:checked")].map((input) => input.value);
      box.hidden = other.hidden || !given.some((value) => wanted.includes(value));
    }
  }
}

export function startQuestions() {
  for (const form of document.querySelectorAll("form[data-autosave-questions]")) {
    new QuestionAutosave(form);
    new Conditions(form);
  }
}
