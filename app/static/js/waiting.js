// Work that takes longer than a moment: say that it goes on and for how long, and take one press only.
// Without this script the browser's own sign of waiting stands alone.
document.querySelectorAll("[data-waiting]").forEach((place) => {
  const words = place.firstElementChild;
  const elapsed = place.querySelector("[data-elapsed]");
  let begun = 0;
  let timer = 0;
  place.closest("form").addEventListener("submit", (event) => {
    if (begun) return event.preventDefault();
    if (event.submitter && event.submitter.value === "csv") return; // a file arrives, the page stays
    begun = Date.now();
    timer = setInterval(() => {
      words.hidden = false;
      elapsed.textContent = Math.round((Date.now() - begun) / 1000);
    }, 1000);
  });
  addEventListener("pageshow", () => {
    clearInterval(timer);
    begun = 0;
    words.hidden = true;
  });
});
