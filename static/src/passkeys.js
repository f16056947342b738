// Passkeys: asks the portal for a challenge, has the browser sign it, and sends that as an ordinary form. Where a browser
// cannot, nothing of it shows, and people sign in with password and code.
const CANCELLED = "No passkey was used. Try again, or go on in another way.";
const HELD = "This device holds a passkey for your account already.";
const UNREACHED = "Nobody answered. Check your connection and try again.";
const TIMEOUT = 20000;

export function startPasskeys() {
  if (!window.isSecureContext || !window.PublicKeyCredential || !navigator.credentials) return;
  for (const place of document.querySelectorAll("[data-passkey]")) {
    place.hidden = false;
    const button = place.querySelector("[data-passkey-button]");
    button.addEventListener("click", () => use(place));
    // Enter in the form's field.
    place.closest("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      use(place);
    });
    // Whoever comes back by the browser's button finds the page as it was left, with the button off.
    window.addEventListener("pageshow", () => {
      button.disabled = false;
    });
  }
  for (const missing of document.querySelectorAll("[data-passkey-missing]")) missing.hidden = true;
}

async function use(place) {
  const button = place.querySelector("[data-passkey-button]");
  if (button.disabled) return;
  button.disabled = true;
  say(place, "");
  try {
    const options = await ask(place.dataset.passkeyChallenge);
    const making = place.dataset.passkey === "create";
    const made = making
      ? await navigator.credentials.create({ publicKey: toMake(options) })
      : await navigator.credentials.get({ publicKey: toSign(options) });
    // The button stays off: the next page is on its way.
    send(place, JSON.stringify(making ? asMade(made) : asSigned(made)));
  } catch (fault) {
    say(place, fault instanceof Said ? fault.message : fault.name === "InvalidStateError" ? HELD : CANCELLED);
    button.disabled = false;
  }
}

class Said extends Error {}

async function ask(address) {
  const fields = new FormData();
  for (const name of ["csrf_token", "working_as"]) {
    const value = hidden(name);
    if (value) fields.set(name, value);
  }
  let response;
  try {
    response = await fetch(address, {
      method: "POST",
      body: fields,
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": hidden("csrf_token"), "X-Requested-With": "fetch" },
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new Said(UNREACHED);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Said(answer.message || "That did not work. Load the page again and try once more.");
  return answer;
}

function send(place, credential) {
  const own = place.closest("form");
  if (own) {
    own.elements.namedItem("credential").value = credential;
    own.submit();
    return;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = place.dataset.passkeyAction;
  const fields = { csrf_token: hidden("csrf_token"), working_as: hidden("working_as"), credential };
  for (const [name, value] of Object.entries(fields)) {
    if (!value) continue;
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

function hidden(name) {
  return document.querySelector(`input[type=hidden][name=${name}]`)?.value || "";
}

function say(place, text) {
  const line = place.querySelector("[data-passkey-said]");
  line.hidden = !text;
  line.textContent = text;
}

// What browsers of the last years do by themselves (parseCreationOptionsFromJSON, toJSON), older ones do not.
function toMake(options) {
  return {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
}

function toSign(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: described(options.allowCredentials) };
}

function described(keys) {
  return (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));
}

function asMade(made) {
  const response = made.response;
  return {
    ...named(made),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports ? response.getTransports() : [],
    },
  };
}

function asSigned(made) {
  const response = made.response;
  return {
    ...named(made),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      ...(response.userHandle ? { userHandle: text(response.userHandle) } : {}),
    },
  };
}

function named(made) {
  return { id: made.id, rawId: text(made.rawId), type: made.type };
}

function bytes(words) {
  const plain = atob(words.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
