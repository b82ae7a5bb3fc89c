// Lets somebody read the password they type; without this script the box for it stays hidden.
const wish = document.querySelector("[data-show-password]");
const fields = document.querySelectorAll("input[type='password']");
wish.hidden = false;
wish.querySelector("input").addEventListener("change", (event) => {
  fields.forEach((field) => { field.type = event.target.checked ? "text" : "password"; });
});
document.querySelector("main form").addEventListener("submit", () => {
  fields.forEach((field) => { field.type = "password"; });
});
