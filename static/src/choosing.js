// A file that is sent as soon as it is chosen: <input type="file" data-presses="ID">, where ID is that of the button
// which sends it. The button is for browsers without scripts; words at the input must say what choosing does.
export function startChoosing() {
  for (const input of document.querySelectorAll("input[type=file][data-presses]")) {
    const button = document.getElementById(input.dataset.presses);
    if (button) follow(input, button);
  }
}

function follow(input, button) {
  button.hidden = true;
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    // Where it cannot be sent now, the button is there to try again.
    button.hidden = false;
    input.form.requestSubmit(button);
  });
  // Back on the page, the same file may be chosen again: a browser that had kept it would see no change.
  window.addEventListener("pageshow", () => {
    button.hidden = true;
    input.value = "";
  });
}
