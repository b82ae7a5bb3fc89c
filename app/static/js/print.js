// A link that says 印刷 prints; without this script it leads to the page made for paper.
document.querySelectorAll("a[data-print]").forEach((link) => {
  link.addEventListener("click", (event) => {
    if (link.dataset.print !== "large" || document.body.classList.contains("print-large")) {
      event.preventDefault();
      window.print();
    }
  });
});
// A button that prints stands only where it can.
document.querySelectorAll("button[data-print-now]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
if (document.body.classList.contains("print-page")) window.print();
