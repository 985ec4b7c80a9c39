/** What people call a place on the web: its host without 'www.'; the address itself if it has none. */
export function siteOf(address: string): string {
  return URL.parse(address)?.hostname.replace(/^www\./, '') || address;
}
