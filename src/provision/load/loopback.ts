/** Whether nothing but this machine can be there: an address, not a name that somebody else resolves. */
export const isLoopback = (host: string): boolean => host === '::1' || /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host);
