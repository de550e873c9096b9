// Hands the page for times without a network to the browser: data-offline is the address of the worker.
export function mount(link) {
  if (!("serviceWorker" in navigator)) return;
  const register = () => navigator.serviceWorker.register(link.dataset.offline, { scope: "/" }).catch(() => {});
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
