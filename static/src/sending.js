// Sends a form in the background and says in one word what came of it.

export const SIGNED_OUT = "signed out";
export const SOMEBODY_ELSE = "somebody else";
export const CONFLICT = "conflict";
export const REFUSED = "refused";
export const FAILED = "failed";
export const SAVED = "saved";

const STALE = "stale";
const TIMEOUT = 20000;
const KEEPALIVE_LIMIT = 50000;

/** Posts what `fieldsNow` makes to `address`; gives {outcome, answer} and never throws.
 *  `renew` first takes a new token, where the last try found nobody signed in. */
export async function send(fieldsNow, address, renew = false) {
  if (renew) {
    const renewed = await renewToken();
    if (renewed !== SAVED) return { outcome: renewed, answer: {} };
  }
  const first = await post(fieldsNow, address);
  if (first.outcome !== STALE) return first;
  const renewed = await renewToken();
  if (renewed !== SAVED) return { outcome: renewed, answer: {} };
  const second = await post(fieldsNow, address);
  return second.outcome === STALE ? { ...second, outcome: REFUSED } : second;
}

async function post(fieldsNow, address) {
  const fields = withoutFiles(fieldsNow());
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      body: fields,
      credentials: "same-origin",
      redirect: "manual",
      // A page that is being closed would take the request with it; browsers keep only small ones alive.
      keepalive: document.visibilityState === "hidden" && size(fields) < KEEPALIVE_LIMIT,
      headers: {
        Accept: "application/json",
        "X-CSRFToken": fields.get("csrf_token") || "",
        "X-Requested-With": "fetch",
      },
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    return { outcome: FAILED, answer: {} };
  }
  const answer = await response.json().catch(() => ({}));
  return { outcome: outcomeOf(response), answer };
}

/** What is typed is saved in the background; files are sent once, when the form is. */
function withoutFiles(fields) {
  for (const [name, value] of [...fields]) if (typeof value !== "string") fields.delete(name);
  return fields;
}

function size(fields) {
  return [...fields].reduce((sum, [name, value]) => sum + name.length + 3 * value.length + 150, 0);
}

function outcomeOf(response) {
  if (response.ok) return SAVED;
  // A page that asks to sign in answers with a redirect, a form whose session has ended with 400.
  if (response.type === "opaqueredirect" || response.status === 401) return SIGNED_OUT;
  if (response.status === 400) return STALE;
  if (response.status === 409) return CONFLICT;
  if (response.status === 429 || response.status >= 500) return FAILED;
  return REFUSED;
}

/** After a sign-in in another tab: takes this page's new token, if it is still the same membership's page. */
export async function renewToken() {
  let page;
  try {
    const response = await fetch(window.location.href, { credentials: "same-origin", redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 401) return SIGNED_OUT;
    if (response.status === 429 || response.status >= 500) return FAILED;
    if (!response.ok) return SOMEBODY_ELSE;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return FAILED;
  }
  const token = page.querySelector("input[name=csrf_token]")?.value;
  const theirs = page.querySelector("input[name=working_as]")?.value;
  const ours = document.querySelector("input[name=working_as]")?.value;
  if (!token || (ours && !theirs)) return SIGNED_OUT;
  if (theirs !== ours) return SOMEBODY_ELSE;
  for (const input of document.querySelectorAll("input[name=csrf_token]")) input.value = token;
  return SAVED;
}

/** Puts the version that the server now holds into the form. */
export function followVersion(form, answer) {
  const input = form.elements.namedItem("version");
  if (input && answer.version !== undefined) input.value = answer.version;
}
