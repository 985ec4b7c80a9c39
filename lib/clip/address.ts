/**
 * The address of a document, without what only says how someone got there.
 *
 * Two visits to one document give one address, so that a page is recognised and not kept twice. What
 * may tell two documents apart stays: the scheme, `www.`, a trailing slash, the order of parameters
 * and every parameter that is not listed here.
 */

/** Parameters that campaigns, mailings and networks append. Names are compared in lower case. */
const trackers: readonly string[] = [
  // campaigns
  ...[
    'utm_*',
    'mtm_*',
    'pk_*',
    'piwik_*',
    'matomo_*',
    'hsa_*',
    'itm_*',
    'ga_source',
    'ga_medium',
    'ga_campaign',
    'ga_content',
    'ga_term',
    'wt_mc',
    'wt_zmc',
  ],
  ...[
    'at_campaign',
    'at_medium',
    'at_custom1',
    'at_custom2',
    'at_custom3',
    'at_custom4',
    'ns_campaign',
    'ns_mchannel',
    'ns_source',
    'ns_linkname',
    'cmpid',
    's_cid',
    'icid',
  ],
  // clicks on advertisements
  ...[
    'gclid',
    'gclsrc',
    'dclid',
    'gbraid',
    'wbraid',
    'gad_source',
    'gad_campaignid',
    'msclkid',
    'yclid',
    'ymclid',
    'twclid',
    'ttclid',
    'li_fat_id',
    'epik',
    'rdt_cid',
    'irclickid',
    'srsltid',
    '_openstat',
  ],
  // networks
  ...[
    'fbclid',
    'fb_action_ids',
    'fb_action_types',
    'fb_source',
    'fb_ref',
    'igshid',
    'igsh',
    'ref_src',
    'ref_url',
    'share_id',
    'xmt',
    'si_source',
    'mibextid',
    '__tn__',
    '__cft__*',
  ],
  // mailings
  ...[
    'mc_cid',
    'mc_eid',
    'mc_tc',
    '_hsenc',
    '_hsmi',
    '__hstc',
    '__hssc',
    '__hsfp',
    'hsctatracking',
    'mkt_tok',
    'vero_id',
    'vero_conv',
    'oly_anon_id',
    'oly_enc_id',
    'ml_subscriber',
    'ml_subscriber_hash',
    '_ke',
    '_kx',
    'ck_subscriber_id',
    'bsft_*',
    'sc_campaign',
    'sc_channel',
    'sc_content',
    'sc_medium',
    'sc_outcome',
    'sc_geo',
    'sc_country',
    'spmailingid',
    'spuserid',
    'spjobid',
    'spreportid',
  ],
  // measuring a visit across sites
  ...[
    '_ga',
    '_gl',
    '_gac',
    'rb_clickid',
    'wickedid',
    'cvid',
    'soc_src',
    'soc_trk',
    '_branch_match_id',
    '_branch_referrer',
  ],
];
const names = new Set(trackers.filter((name) => !name.endsWith('*')));
const prefixes = trackers.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/**
 * The normalised address, itself normalised already; null: not an http(s) address.
 *
 * Left out: trackers, empty parameters, a lone '?', user and password, the default port, a text
 * fragment, and a fragment that only names a place in the document. A fragment with a '/' or a '!' in
 * front is a route of a page made by a script ('#/today', '#!inbox', '#inbox/123') and stays.
 */
export function normaliseAddress(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.username = '';
  url.password = '';
  const query = withoutTrackers(url.search.slice(1));
  url.search = query === '' ? '' : `?${query}`; // or a '?' in front of the query would be eaten
  url.hash = routeOf(url.hash);
  return url.href;
}

/** The part of a fragment that names a document, with its '#'; '' if none does. */
function routeOf(hash: string): string {
  const fragment = hash.replace(/^#/, '').split(':~:', 1)[0] ?? '';
  // '#token=a/b' is a value that was handed over, not a route.
  if (!/^!|\//.test(fragment) || /^[^/!?]*=/.test(fragment)) return '';
  const [path = '', query] = fragment.split(/\?(.*)/s, 2);
  const kept = query === undefined ? '' : withoutTrackers(query);
  return `#${path}${kept === '' ? '' : `?${kept}`}`;
}

function withoutTrackers(query: string): string {
  return query
    .split('&')
    .filter((parameter) => parameter !== '' && !isTracker(parameter.split('=', 1)[0] ?? ''))
    .join('&');
}

function isTracker(encoded: string): boolean {
  let name = encoded.toLowerCase();
  try {
    name = decodeURIComponent(encoded).toLowerCase();
  } catch {
    // A stray '%': the name is compared as it is written.
  }
  return names.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
