import { elsewhere, type Suite, shown } from './behaviour.ts'

const SIGNED_HEADER =
  'Who may see what is decided in the gateway from the claims of the token, so no header has to carry it from one process to another'
const META_TOOLS =
  'The gateway adds no tools of its own to a server: clients find tools by lists, and rules and selectors make lists short'
const PASTED_TOKENS =
  'Users are not asked to paste tokens into a page of the gateway; credentials of servers are configured, and questions of servers by URL pass'
const DESTINATION_RULE =
  'There is one way from the gateway to a server for lists and calls, so there is nothing to configure twice'
const PUBLIC_INTERNET = 'A test may not depend on a service on the Internet'
const CONTROLLER =
  'The gateway is the data plane itself: an extension is a route of it, and no HTTPRoute has to be made for another proxy'

/** The end-to-end cases of the Kuadrant MCP gateway, numbered as they stand there. */
export const kuadrant: readonly Suite[] = [
  {
    name: 'auth_policy',
    behaviours: [
      shown('1', 'A request without a token is refused', 'CHAL-1'),
      shown('2', 'A token that is no JWT is refused', 'TOKEN-12', 'CHAL-3'),
      shown('3', 'With a token a list holds what the roles of its owner open', 'RULE-5', 'RULE-12'),
      shown('4', 'A tool that the roles open can be called', 'RULE-5'),
      shown('5', 'A tool that they do not open cannot', 'RULE-5'),
      shown('6', 'Prompts are listed by role', 'RULE-12'),
      shown('7', 'A prompt may be the first thing that is asked of a server', 'SESS-4', 'RULE-12'),
      shown(
        '8',
        'Where roles and view have nothing in common the list is empty',
        'RULE-12',
        'FED-8',
      ),
    ],
  },
  {
    name: 'ca_cert_bundle',
    behaviours: [
      shown('9', 'An authority that the whole gateway trusts opens a server behind TLS', 'FED-30'),
      shown('10', 'Several servers share that authority', 'FED-30'),
      shown('11', 'An authority of one server comes on top of it', 'MANIFEST-16', 'EDGE-21'),
      shown('12', 'With the wrong authority the server is not used', 'FED-30', 'EDGE-21'),
      elsewhere(
        '13',
        'A bundle whose Secret is missing is an error of the extension',
        'caCertBundleRef is refused as a whole, in the status of the extension, and the extension is closed (MANIFEST-7)',
      ),
      elsewhere(
        '14',
        'The same authority in both places does no harm',
        'What a server is given counts for it in place of what node trusts, so the two never meet (EDGE-21)',
      ),
    ],
  },
  {
    name: 'custom_tls',
    behaviours: [
      shown('15', 'A server behind TLS can be listed and called', 'FED-30'),
      shown('16', 'One with a certificate of a foreign authority is refused', 'FED-30', 'EDGE-21'),
      elsewhere('17', 'Lists and calls need TLS settings of their own', DESTINATION_RULE),
      elsewhere('18', 'A public MCP server works', PUBLIC_INTERNET),
      elsewhere('19', 'A public certificate works for a server in the cluster', PUBLIC_INTERNET),
    ],
  },
  {
    name: 'dual_protocol',
    behaviours: [
      shown('20', 'A client of 2026 sees the tools of stateless servers', 'ERA-8'),
      shown('21', 'A client of 2025 sees those of servers with sessions', 'ERA-8'),
      shown('22', 'The one calls its own', 'ERA-8', 'ERA-4'),
      shown('23', 'So does the other', 'ERA-8'),
      shown('24', 'A server of both eras is there for both', 'ERA-8'),
      elsewhere('25', 'The tools of the gateway are offered to clients of 2025', META_TOOLS),
      elsewhere('26', 'They are not offered to clients of 2026', META_TOOLS),
      shown('27', 'A stateless server lists for each user what is theirs', 'FED-24'),
      shown('28', 'What it lists is not shown to clients of 2025', 'ERA-8'),
      shown('29', 'server/discover says what the servers offer', 'ERA-5'),
      shown('30', 'A call of 2026 works without a prefix', 'FED-2', 'ERA-4'),
      shown('31', 'Headers that contradict the body are refused', 'CALL-8'),
      shown('32', 'A tool that nobody knows is an error', 'FED-27', 'RULE-5'),
      shown(
        '33',
        'An official client agrees with a gateway of both eras on 2026',
        'ERA-11',
        'ERA-8',
      ),
      elsewhere(
        '34',
        'A path of its own pins the older protocol for lists',
        'Each request says its era itself, so one URL serves both and none is pinned',
      ),
      elsewhere(
        '35',
        'The same for calls',
        'Each request says its era itself, so one URL serves both and none is pinned',
      ),
      shown('36', 'Prompts are listed and got in 2026', 'ERA-4'),
      shown('37', 'Lists of 2026 say how long and for whom they hold', 'ERA-2'),
      shown('38', 'Lists of 2025 do not', 'ERA-2'),
      shown('39', 'Prompts of older servers are not in a list of 2026', 'ERA-8'),
      shown('40', 'Lists of prompts say how long they hold, too', 'ERA-2'),
      shown('41', 'A change at a server reaches who listens with subscriptions/listen', 'ERA-10'),
    ],
  },
  {
    name: 'elicitation',
    behaviours: [
      shown('42', 'The user answers, and the tool goes on', 'FED-9'),
      shown('43', 'The user declines, and the tool hears it', 'FED-9'),
      shown('44', 'A client that cannot be asked gets an error of the tool', 'FED-9'),
      elsewhere('45', 'A missing token of a server leads to a page', PASTED_TOKENS),
      elsewhere('46', 'What is entered there makes the retry work', PASTED_TOKENS),
      elsewhere('47', 'A client that knows no such pages gets a plain error', PASTED_TOKENS),
      elsewhere('48', 'A token that the server refuses is asked for again', PASTED_TOKENS),
    ],
  },
  {
    name: 'happy_path',
    behaviours: [
      shown('49', 'A server is added, called and taken away again', 'FED-28', 'MANIFEST-1'),
      shown('50', 'A server behind a named HTTPS listener works', 'CFG-10', 'MANIFEST-10'),
      shown('51', 'A server may have another path', 'MANIFEST-6'),
      shown(
        '52',
        'A server that wants a credential gets the configured one',
        'MANIFEST-6',
        'CALL-6',
      ),
      shown(
        '53',
        'One session at a server for one of a client, another after a reconnect',
        'FED-25',
      ),
      shown('54', 'First calls at the same time open one session', 'FED-25'),
      shown('55', 'Calls at the same time to several servers reach the right ones', 'FED-26'),
      shown('56', 'A restart of the gateway keeps sessions', 'SESS-3', 'FED-23'),
      shown('57', 'Clients at the same time have sessions of their own', 'FED-25'),
      shown('58', 'A view that a header chooses limits the tools', 'FED-8'),
      shown('59', 'Clients hear of a server that is added', 'FED-13'),
      shown('60', 'Clients hear of a list that changed, and get the new one', 'FED-13'),
      shown(
        '61',
        'A server that fails is missed in lists, and is back when it is',
        'FED-13',
        'FED-15',
      ),
      elsewhere('62', 'A signed header filters tools', SIGNED_HEADER),
      shown('63', 'A server outside of the cluster is registered by its host name', 'MANIFEST-11'),
      elsewhere(
        '64',
        'A server with a protocol that nobody knows is Ready all the same',
        'A registration is Ready when it is configured; no status depends on what a server answers',
      ),
      shown('65', 'A second server with the same prefix is not served', 'MANIFEST-1'),
      shown('66', 'Several servers do without a prefix', 'MANIFEST-13', 'FED-2'),
      shown('67', 'Prompts have a prefix, can be got, and go with their server', 'FED-1', 'FED-12'),
      shown('68', 'Prompts of several servers are listed together', 'FED-4', 'ERA-8'),
      shown('69', 'A view filters prompts', 'RULE-12'),
      elsewhere('70', 'A signed header filters prompts', SIGNED_HEADER),
      shown('71', 'A view that says nothing of prompts leaves them all', 'FED-8'),
      shown('72', 'A prompt that nobody knows is the error -32602', 'FED-27'),
      shown('73', 'Two servers with one name get apart by a prefix', 'FED-3'),
      shown('74', 'A registration is disabled and enabled', 'MANIFEST-2', 'FED-28'),
      shown('75', 'Lists are full again after a restart without a store', 'SESS-3', 'CALL-9'),
      shown('76', 'A gateway in front of servers of 2025 agrees on 2025', 'ERA-11'),
    ],
  },
  {
    name: 'multi_gateway',
    behaviours: [
      shown('77', 'An extension that names no listener is refused', 'MANIFEST-3'),
      shown('78', 'Of two extensions for the same place one is served', 'MANIFEST-15'),
      shown('79', 'A Gateway that does not exist is reported', 'MANIFEST-3'),
      shown('80', 'A Gateway of another namespace needs a grant', 'MANIFEST-15', 'MANIFEST-4'),
      shown('81', 'A second Gateway works, and goes with its extension', 'MANIFEST-12', 'RELOAD-1'),
      shown('82', 'Each Gateway lists and calls its own servers', 'MANIFEST-12'),
      elsewhere(
        '83',
        'Teams share a Gateway and are kept apart by listener',
        'Servers belong to the Gateway that their route hangs on; teams that are to be kept apart have a Gateway each, or rules',
      ),
      elsewhere('84', 'A route is made for an extension', CONTROLLER),
      elsewhere('85', 'Or not, where that is switched off', CONTROLLER),
      elsewhere('86', 'One route for each extension', CONTROLLER),
    ],
  },
  {
    name: 'oauth_protected_resource',
    behaviours: [
      shown('87', 'The metadata is that of the extension, and else the defaults', 'MANIFEST-5'),
    ],
  },
  {
    name: 'resources_federation and resources_read',
    behaviours: [
      shown('88', 'Resources are listed by what the caller may read', 'RULE-12'),
      shown('89', 'Who may read nothing sees nothing', 'RULE-12'),
      shown('90', 'Questions to the user and changed URIs go together', 'FED-9', 'FED-7'),
      shown('91', 'The URI of a user interface in a result carries its server', 'FED-7', 'FED-1'),
      shown('92', 'Resources of several servers do not mix', 'FED-1'),
      shown('93', 'Results without URIs stay as they are', 'FED-7'),
      elsewhere(
        '94',
        'Resources of other schemes stay as they are',
        'All resources can be read through the gateway, not those of user interfaces alone, so all URIs that a client sends back carry their server (FED-1); text stays as it is (FED-7)',
      ),
      shown('95', 'Reading a resource reaches its server under its own name', 'FED-12', 'FED-1'),
    ],
  },
  {
    name: 'tool_discovery',
    behaviours: [
      elsewhere('96', 'Servers have a category and a hint', META_TOOLS),
      elsewhere('97', 'Tools are found by category', META_TOOLS),
      shown('98', 'What is found respects who may see it', 'RULE-3'),
      shown('99', 'And the view', 'RULE-12', 'FED-8'),
      elsewhere('100', 'A session selects tools', META_TOOLS),
      elsewhere('101', 'Selecting an unknown one is an error', META_TOOLS),
      elsewhere('102', 'A selection is made whole or not at all', META_TOOLS),
      elsewhere('103', 'The client hears that its list changed', META_TOOLS),
      elsewhere('104', 'A switch hides the tools of the gateway', META_TOOLS),
      elsewhere('105', 'A threshold of 0 never hides tools', META_TOOLS),
      elsewhere('106', 'Above the threshold only the tools of the gateway are listed', META_TOOLS),
      shown('107', 'Nothing that one session set up is seen in another', 'FED-10', 'FED-25'),
      elsewhere('108', 'Selections at the same time stay consistent', META_TOOLS),
      elsewhere('109', 'Changes of category and hint are taken over', META_TOOLS),
    ],
  },
  {
    name: 'tool_validation',
    behaviours: [
      elsewhere(
        '110',
        'Tools with a schema that is none are left out',
        'What a server offers passes as it was written (FED-7): clients judge schemas, and `exclude` takes out a tool that one of them cannot bear',
      ),
    ],
  },
  {
    name: 'user_specific_list',
    behaviours: [
      shown('111', 'Tools of the user are listed with the others', 'FED-24'),
      shown('112', 'Two users see different ones', 'FED-24'),
      shown('113', 'They carry the prefix of their server', 'FED-24'),
      shown('114', 'Other servers are listed as ever', 'FED-24'),
      shown('115', 'When that server is away the list lacks it alone', 'FED-24', 'FED-14'),
      shown('116', 'Calls reach it', 'FED-24'),
      elsewhere(
        '117',
        'Headers by which parts of a gateway speak to each other reach no server',
        'The parts of this gateway do not speak by headers: what comes under such a name decides nothing (EDGE-13), and what is a credential of the gateway stays here (CALL-5, KEY-1)',
      ),
      shown('118', 'A view limits them like others', 'FED-24', 'FED-8'),
    ],
  },
]
