/* An administrator sets up a network without the command line: its houses, a round of the programme, its half-days. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './lib/eventually.mjs'
import { id } from './lib/id.mjs'
import { stage } from './lib/stage.mjs'

const on = stage()
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** An administrator's window at a part of the administration; in English when wanted. */
async function at(part, { locale = 'sv', ...options } = {}) {
  const { admin } = on.network
  await admin.call('me.update', { locale })
  const here = await on.enter({ ...admin, locale }, 0, options)
  await here.goto('/admin')
  await here.page.getByRole('main').getByRole('button', { name: here.says(part), exact: true }).click()
  return here
}

/** What is said to be wrong with a field, as a screen reader hears it. */
async function wrongWith(field) {
  assert.equal(await field.getAttribute('aria-invalid'), 'true')
  const ids = (await field.getAttribute('aria-describedby')).split(' ')
  return (await Promise.all(ids.filter((one) => one.endsWith('-wrong')).map((one) => field.page().locator(`[id="${one}"]`).textContent()))).join()
}

const organisations = async () => (await on.network.admin.call('organisation.list', {})).organisations
const cohort = async (name) => (await on.network.admin.call('cohort.list', {})).cohorts.find((one) => one.name === name)
const plan = async (name) => (await cohort(name)).meetings.map(({ id: _, ...rest }) => rest)

for (const locale of ['sv', 'en'])
  test(`${locale}: an administration is added, and what is wrong is said beside its field`, async () => {
    const here = await at('organisations', { locale })
    const [name, short] = [here.field('full_name'), here.field('short_name')]
    await here.button('add_organisation').click()
    assert.equal(await wrongWith(name), here.says('name_missing'))
    assert.equal(await wrongWith(short), here.says('short_name_missing'))
    assert.ok(await name.evaluate((one) => one === document.activeElement), 'one is taken to the first of them')

    await name.fill('Trafikkontoret')
    assert.equal(await wrongWith(name), here.says('name_taken'))
    await name.fill(`Stadsarkivet ${locale}`)
    await short.fill('TK')
    assert.equal(await wrongWith(short), here.says('name_taken'))
    // What only the server sees: a name of nothing but characters without width.
    await short.fill('\u2060\u2060')
    await here.button('add_organisation').click()
    await here.text('unusable').waitFor()
    assert.equal(await wrongWith(short), here.says('unusable'))

    await short.fill(`SA${locale}`)
    await here.field('kind').selectOption('company')
    await here.button('add_organisation').click()
    await here.page.getByRole('main').getByText(here.says('organisation_added', { name: `Stadsarkivet ${locale}` })).waitFor()
    const group = here.page.getByRole('region', { name: here.says('kind_companies') })
    await group.getByText(`Stadsarkivet ${locale}`).waitFor()
    assert.deepEqual([await name.inputValue(), await short.inputValue()], ['', ''], 'ready for the next')
    const made = (await organisations()).find((one) => one.short === `SA${locale}`)
    assert.deepEqual([made.kind, made.name], ['company', `Stadsarkivet ${locale}`])
  })

test('what somebody else adds meanwhile is in the list at once, and its name is taken', async () => {
  const here = await at('organisations')
  await here.field('full_name').fill('Kulturförvaltningen')
  await here.field('short_name').fill('KUF')
  await on.network.admin.call('organisation.add', { organisation: id(), kind: 'administration', short: 'KUF', name: 'Kulturförvaltningen i staden' })
  await here.text('Kulturförvaltningen i staden').waitFor()
  assert.equal(await wrongWith(here.field('short_name')), here.says('name_taken'))
})

test('a cohort is added with its track and round, and its half-days are planned, ordered and seen by a member on the other node', async () => {
  const here = await at('place_cohorts')
  const trafik = await on.enter(on.network.trafik, 1)
  await trafik.goto('/cohorts')
  await trafik.title('place_cohorts').waitFor()

  // The next round of the track is proposed.
  const [round, name] = [here.field('round'), here.field('name')]
  await eventually(async () => assert.equal(await round.inputValue(), '2'))
  await here.field('track').selectOption('executive')
  assert.equal(await name.inputValue(), 'Chefsspåret, omgång 2')
  await round.fill('1')
  assert.equal(await wrongWith(round), here.says('round_taken'))
  await round.fill('noll')
  assert.equal(await wrongWith(round), here.says('round_wrong'))
  await round.fill('3')
  assert.equal(await name.inputValue(), 'Chefsspåret, omgång 3')
  await name.fill('Chefer, omgång 1')
  assert.equal(await wrongWith(name), here.says('name_taken'))
  await name.fill('Chefer, hösten')
  await here.button('add_cohort').click()
  await here.page.getByRole('main').getByText(here.says('cohort_added', { name: 'Chefer, hösten' })).waitFor()
  assert.deepEqual((({ track, round }) => ({ track, round }))(await cohort('Chefer, hösten')), { track: 'executive', round: 3 })

  await here.button('plan_named', { name: 'Chefer, hösten' }).click()
  await here.text('plan_empty').waitFor()
  const day = (number) => here.page.getByRole('group', { name: here.says('half_day', { number }), exact: true })
  const field = (number, key) => day(number).getByLabel(here.says(key), { exact: true })
  await here.button('add_half_day').click()
  await here.button('save_plan').click()
  assert.equal(await wrongWith(field(1, 'theme_sv')), here.says('theme_missing'))
  await field(1, 'theme_sv').fill('Vår förmåga att leda innovation')
  await field(1, 'date').fill('2026-12-03')
  await here.button('add_half_day').click()
  await field(2, 'theme_sv').fill('Innovation och innovationsledning')
  await field(2, 'theme_en').fill('Innovation and its management')
  await field(2, 'held_by').selectOption('city')
  await day(2).getByRole('button', { name: here.says('half_day_earlier', { number: 2 }) }).click()
  await eventually(async () => assert.equal(await field(1, 'theme_sv').inputValue(), 'Innovation och innovationsledning'))
  await here.button('save_plan').click()
  await here.button('plan_named', { name: 'Chefer, hösten' }).waitFor()
  assert.deepEqual(await plan('Chefer, hösten'), [
    { ordinal: 1, theme_sv: 'Innovation och innovationsledning', theme_en: 'Innovation and its management', held_by: 'city' },
    { ordinal: 2, theme_sv: 'Vår förmåga att leda innovation', theme_en: 'Vår förmåga att leda innovation', held_by: 'consultants', held_on: '2026-12-03' },
  ])
  const shown = trafik.page.getByRole('article').filter({ hasText: 'Chefer, hösten' }).getByRole('listitem')
  await eventually(async () => assert.equal(await shown.count(), 2))
  assert.match(await shown.last().textContent(), /Vår förmåga att leda innovation\s*3 december 2026/)
})

test('on a phone and in English: the next round begins with the themes of the last, a day is taken away, and nothing is wider than the screen', async () => {
  const themes = ['Grunderna', 'Verktygen', 'Vägen framåt']
  const { cohorts } = await on.network.admin.call('cohort.list', {})
  const last = cohorts.find((one) => one.track === 'key_person')
  await on.network.admin.call('cohort.plan', {
    cohort: last.id,
    meetings: themes.map((theme, i) => ({ id: id(), ordinal: i + 1, theme_sv: theme, theme_en: `${theme} (en)`, held_by: i === 1 ? 'city' : 'consultants', held_on: `2023-0${i + 1}-10` })),
  })
  const here = await at('place_cohorts', { locale: 'en', ...phone })
  await eventually(async () => assert.equal(await here.field('name').inputValue(), 'Key person track, round 2'))
  await here.button('add_cohort').tap()
  await here.button('plan_named', { name: 'Key person track, round 2' }).tap()
  await here.button('plan_like', { name: last.name }).tap()
  const main = here.page.getByRole('main')
  await main.getByRole('button', { name: here.says('half_day_remove', { number: 3 }) }).tap()
  const { beyond, small } = await here.page.evaluate(() => ({
    beyond: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    small: [...document.querySelectorAll('main :is(button, input, select)')]
      .filter((one) => one.getBoundingClientRect().height < 43.5 || one.getBoundingClientRect().width < 43.5)
      .map((one) => one.outerHTML.slice(0, 120)),
  }))
  assert.equal(beyond, 0)
  assert.deepEqual(small, [], 'all is large enough for a finger')
  await here.button('save_plan').tap()
  await here.button('plan_named', { name: 'Key person track, round 2' }).waitFor()
  assert.deepEqual(await plan('Key person track, round 2'), [
    { ordinal: 1, theme_sv: 'Grunderna', theme_en: 'Grunderna (en)', held_by: 'consultants' },
    { ordinal: 2, theme_sv: 'Verktygen', theme_en: 'Verktygen (en)', held_by: 'city' },
  ])
})

test('by keyboard alone: a house, a round and its first half-day', async () => {
  const here = await at('members')
  const { keyboard } = here.page
  const name = () => here.page.evaluate(() => {
    const one = document.activeElement
    return one.getAttribute('aria-label') ?? (one.labels?.[0] ?? one).textContent.trim()
  })
  /** Goes on to what is called so. */
  async function tabTo(wanted) {
    for (let i = 0; i < 60; i++) {
      if ((await name()) === wanted) return
      await keyboard.press('Tab')
    }
    assert.fail(`Tab never comes to ${wanted}, but to ${await name()}`)
  }
  const main = here.page.getByRole('main')

  await tabTo(here.says('organisations'))
  await keyboard.press('Enter')
  await main.getByRole('heading', { name: here.says('new_organisation') }).waitFor()
  await tabTo(here.says('full_name'))
  await keyboard.type('Idrottsförvaltningen')
  await tabTo(here.says('short_name'))
  await keyboard.type('IDF')
  await keyboard.press('Enter')
  await main.getByText(here.says('organisation_added', { name: 'Idrottsförvaltningen' })).waitFor()
  await eventually(async () => assert.equal(await name(), here.says('full_name'), 'the next one is begun'))

  for (let i = 0; i < 20 && (await name()) !== here.says('place_cohorts'); i++) await keyboard.press('Shift+Tab')
  await keyboard.press('Enter')
  await main.getByRole('heading', { name: here.says('new_cohort') }).waitFor()
  await tabTo(here.says('name'))
  await keyboard.press('Control+a')
  await keyboard.type('Vårens nyckelpersoner')
  await tabTo(here.says('add_cohort'))
  await keyboard.press('Enter')
  await main.getByText(here.says('cohort_added', { name: 'Vårens nyckelpersoner' })).waitFor()
  await tabTo(here.says('plan_named', { name: 'Vårens nyckelpersoner' }))
  await keyboard.press('Enter')
  await eventually(async () => assert.equal(await name(), here.says('plan_title', { name: 'Vårens nyckelpersoner' }), 'the plan takes the focus'))
  await tabTo(here.says('add_half_day'))
  await keyboard.press('Enter')
  await eventually(async () => assert.equal(await name(), here.says('theme_sv')))
  await keyboard.type('Att börja')
  await keyboard.press('Enter')
  await eventually(async () => assert.equal(await name(), here.says('plan_named', { name: 'Vårens nyckelpersoner' }), 'the focus comes back'))
  assert.deepEqual((await plan('Vårens nyckelpersoner')).map((one) => one.theme_sv), ['Att börja'])
})

test('a plan that is left is not saved', async () => {
  const here = await at('place_cohorts')
  await here.button('plan_named', { name: 'Chefer, omgång 1' }).click()
  await here.button('add_half_day').click()
  await here.page.getByLabel(here.says('theme_sv')).fill('Ingenting')
  await here.button('cancel').click()
  await here.button('plan_named', { name: 'Chefer, omgång 1' }).waitFor()
  assert.deepEqual(await plan('Chefer, omgång 1'), [])
})
