/** Looks five times a second until `condition` gives something; else an error that says what was seen instead. */
export async function until(condition, timeoutMs, describe) {
  for (const end = Date.now() + timeoutMs; ; ) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(typeof describe === 'function' ? await describe() : describe);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
