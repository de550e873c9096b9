// The CSRF token for htmx and fetch: read from its cookie, sent to our own addresses only.
export function token() {
  const fromCookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
  if (fromCookie) return decodeURIComponent(fromCookie.slice("csrftoken=".length));
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}

export function mount(root) {
  root.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
}
