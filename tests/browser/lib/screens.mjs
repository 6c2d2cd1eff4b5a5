/* screens.mjs - every screen of the browser client: its name, where it is, and what is waited for or pressed there before
 * it is looked at. */

const press = (key) => (one) => one.button(key).first().click()
const until = (find) => (one) => find(one).first().waitFor()
const listed = until((one) => one.page.getByRole('main').getByRole('listitem'))

/** Those that strangers see. */
export const atTheDoor = [
  ['sign-in', '/sign-in', until((one) => one.title('sign_in_title'))],
  ['sign-in-link', '/sign-in/link#abc', until((one) => one.title('link_title'))],
  ['sign-in-sent', '/sign-in', async (one) => {
    await one.field('mail').fill('ingen@stad.example')
    await one.button('send_link').click()
    await one.title('look_in_mail').waitFor()
  }],
]

/** Those of an administrator, who sees most of them. */
export const inside = ({ board, space, thread, person }) => [
  ['feed', '/', until((one) => one.page.getByRole('list', { name: one.says('threads') }).getByRole('link'))],
  ['feed-mine', '/?filter=mine', until((one) => one.text('filter_mine'))],
  ['write', '/?write=', (one) => one.page.getByRole('option').first().waitFor({ state: 'attached' })],
  ['thread', `/thread/${thread}`, until((one) => one.page.getByRole('article').getByRole('article'))],
  ['boards', '/boards', listed],
  ['boards-new', '/boards', press('new_board')],
  ['boards-import', '/boards', press('board_import_do')],
  ['boards-new-method', '/boards', async (one) => {
    await one.button('new_board').click()
    await one.page.getByRole('radio').nth(3).check()
  }],
  ['board', `/board/${board}`, until((one) => one.page.getByRole('treeitem', { level: 2 }))],
  ['board-map', `/board/${board}`, async (one) => {
    await one.page.getByRole('treeitem').first().waitFor()
    if (await one.button('board_map_tab').count()) await one.button('board_map_tab').click()
    await one.page.getByRole('application').getByRole('group').first().waitFor()
  }],
  ['board-card', `/board/${board}`, (one) => one.page.getByRole('treeitem', { level: 2 }).first().click()],
  ['board-select', `/board/${board}`, async (one) => {
    for (const place of [0, 2]) await one.page.getByRole('treeitem', { level: 2 }).locator('[data-check]').nth(place).click()
    await one.page.getByRole('toolbar', { name: one.says('board_selection') }).first().waitFor()
  }],
  ['board-write', `/board/${board}`, (one) => one.page.getByRole('treeitem', { level: 2 }).first().dblclick()],
  ['people', '/people', listed],
  ['person', `/people/${person}`, until((one) => one.page.getByRole('main').getByRole('heading', { level: 2 }))],
  ['cohorts', '/cohorts', listed],
  ['spaces', '/spaces', listed],
  ['spaces-new', '/spaces', press('new_space')],
  ['space', `/space/${space}`, listed],
  ['me', '/me', until((one) => one.text('this_one'))],
  ['me-menu', '/me', (one) => one.page.getByRole('button', { name: one.says('my_menu', { name: '' }) }).click()],
  ['admin', '/admin', listed],
  ['admin-add', '/admin', press('add_member')],
  ['admin-import', '/admin', press('import_members')],
  ['admin-organisations', '/admin', async (one) => {
    await one.button('organisations').click()
    await listed(one)
  }],
  ['admin-cohorts', '/admin', async (one) => {
    await one.page.getByRole('main').getByRole('button', { name: one.says('place_cohorts'), exact: true }).click()
    await listed(one)
  }],
  ['admin-plan', '/admin', async (one) => {
    await one.page.getByRole('main').getByRole('button', { name: one.says('place_cohorts'), exact: true }).click()
    await one.page.locator('[data-plan]').first().click()
    await one.button('add_half_day').click()
    await one.button('save_plan').click()
  }],
  ['unknown', '/thread/finns-inte', until((one) => one.text('unknown_text'))],
]
