/** Event types by which a user logs in or out, or fails to: attributes `isLoginEvent` and `isLogoutEvent`. */
export const LEEF_EVENT_TYPES: Readonly<Record<string, 'login' | 'logout'>> = Object.freeze({
  'auth.login': 'login',
  'auth.failed': 'login',
  'auth.logout': 'logout',
  authn_login_success: 'login',
  authn_login_successafterfail: 'login',
  authn_login_fail: 'login',
  authn_login_fail_max: 'login',
  session_logout: 'logout',
});

/** What kind of event it is, if it is one of these. */
export function sessionChangeOf(type: string): 'login' | 'logout' | undefined {
  return Object.hasOwn(LEEF_EVENT_TYPES, type) ? LEEF_EVENT_TYPES[type] : undefined;
}
