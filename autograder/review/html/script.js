// Keys for what the page can also do without them.
const field = document.getElementById("comment");
const isTyping = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");

function move(step) {
  const links = Array.from(document.querySelectorAll("[data-entry], [data-member]"));
  if (links.length === 0) return;
  const current = links.findIndex((link) => link === document.activeElement || link.hasAttribute("aria-current"));
  const next = links[(current + step + links.length) % links.length];
  if (next.hasAttribute("data-member")) next.click();
  else next.focus();
}

function use(element) {
  if (element.matches("textarea")) element.focus();
  else element.click();
}

for (const button of document.querySelectorAll("[data-comment]")) {
  button.addEventListener("click", () => {
    field.value = field.value ? `${field.value}\n${button.dataset.comment}` : button.dataset.comment;
    field.focus();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement.blur();
  if (event.key === "Enter" && event.ctrlKey && field) {
    document.querySelector("#decide [value=next]").click();
    event.preventDefault();
    return;
  }
  if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "j" || event.key === "k") {
    move(event.key === "j" ? 1 : -1);
    event.preventDefault();
    return;
  }
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (element) {
    use(element);
    event.preventDefault();
  }
});
