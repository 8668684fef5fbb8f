// Addresses in settings. A password in an address would be shown wherever the address is: in failures, logs and lists.
import { z } from 'zod';

/** Not shown if it is wrong: it may hold a password all the same. */
const HIDDEN = 'got a value that is not shown';

const hasCredentials = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
};

export const HttpUrl = z.string().superRefine((url, context) => {
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!isHttp) {
    const expected = 'expected a URL that begins with http:// or https://';
    // Whatever comes before an "@" may be a password.
    context.addIssue({ code: 'custom', message: url.includes('@') ? `${expected}, ${HIDDEN}` : expected });
  } else if (hasCredentials(url)) {
    const message = `expected a URL without user and password, ${HIDDEN}; use headers: { authorization: { env: NAME, prefix: "Basic " } }, where NAME holds the base64 of user:password`;
    context.addIssue({ code: 'custom', message });
  }
});
