// Small comforts. Every page does its job without this file.
"use strict";

// A double click sends a form once. The button comes back when the page is shown again or when the answer was a file.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const buttons = form.querySelectorAll("button:not([type=button])");
  // Only after the browser has read the form: a disabled button's own value would not be sent.
  setTimeout(() => buttons.forEach((button) => markAsBusy(button, true)), 0);
  setTimeout(() => release(form), 15000);
});

function markAsBusy(button, busy) {
  button.disabled = busy;
  button.toggleAttribute("aria-busy", busy);
  if (busy) {
    button.setAttribute("aria-busy", "true");
  }
}

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-busy]").forEach((button) => markAsBusy(button, false));
}

window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach(release);
});

// Menus: Escape and a click elsewhere close them.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    return;
  }
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) {
      menu.querySelector("summary").focus();
    }
  });
});

document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
});

// "Copy link" appears only where the browser can copy.
if (navigator.clipboard) {
  document.querySelectorAll("button[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  });
}

// After a refused form the summary of its errors is read first.
const summary = document.querySelector(".error-summary");
if (summary) {
  summary.focus();
}
