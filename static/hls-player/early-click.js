/**
 * Calls `act` when the first click on the page was on `element`, also if that was before any script
 * ran: the browser keeps a record of the first input. Ones that keep none lose such a click.
 * https://developer.mozilla.org/docs/Web/API/PerformanceEventTiming
 */
export function onEarlyClick(element, act) {
  const observer = new PerformanceObserver((list) => {
    observer.disconnect();
    const [{ name, target }] = list.getEntries();
    if (target === element && name.startsWith("pointer")) act();
  });
  observer.observe({ type: "first-input", buffered: true });
}
