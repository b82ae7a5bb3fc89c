// A shared terminal: so many minutes without a key or a touch and it is signed out, a warning one before.
// Without this script the server ends the session by itself at the next page.
const MINUTE = 60000;
const box = document.getElementById("idle");
const stay = document.getElementById("idle-stay");
const limit = Number(box.dataset.minutes) * MINUTE;
const leave = document.querySelector("form[data-logout]");
let last = Date.now();
let told = Date.now();
let before = null;
let left = false;

function seen() {
  if (!box.hidden) return;
  last = Date.now();
  if (last - told > MINUTE / 2) tell();
}

function tell() {
  told = Date.now();
  fetch(box.dataset.here, { credentials: "same-origin", cache: "no-store" }).catch(() => {});
}

function look() {
  if (left) return;
  const idle = Date.now() - last;
  if (idle >= limit) {
    left = true;
    leave.requestSubmit();
  } else if (idle >= limit - MINUTE && box.hidden) {
    before = document.activeElement;
    box.hidden = false;
    stay.focus();
  }
}

stay.addEventListener("click", () => {
  box.hidden = true;
  last = Date.now();
  tell();
  if (before) before.focus();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Tab") event.preventDefault();
  if (event.key === "Escape") stay.click();
});
for (const kind of ["keydown", "pointerdown", "pointermove", "scroll", "input"]) {
  document.addEventListener(kind, seen, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", look);
setInterval(look, 1000);
