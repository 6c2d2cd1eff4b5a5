/* ground.c - many new cards find their places among what lies on a board. */
#include "board/ground.h"
#include <string.h>

void ground_init(struct ground *g, struct arena *mem, size_t sections, size_t cards, size_t new_cards)
{
	*g = (struct ground){ .mem = mem, .group_count = 1, .new_cards = new_cards };
	g->groups = arena_new_n(mem, struct ground_group, sections + 1);
	g->cards = arena_new_n(mem, struct rect, cards + 1);
}

static struct ground_group *group_of(struct ground *g, const char *section)
{
	for (size_t i = 1; section && i < g->group_count; i++)
		if (strcmp(g->groups[i].id, section) == 0)
			return &g->groups[i];
	return &g->groups[0];
}

static void include(struct ground *g, const struct rect *rect)
{
	rect_include(&g->bounds, rect, g->group_count == 1 && g->card_count == 0);
}

void ground_add_section(struct ground *g, const char *id, const struct rect *rect)
{
	include(g, rect);
	g->groups[g->group_count++] = (struct ground_group){ .id = id, .rect = *rect };
}

void ground_add_card(struct ground *g, const char *section, const struct rect *rect, const char *order)
{
	struct ground_group *group = group_of(g, section);

	include(g, rect);
	g->cards[g->card_count++] = *rect;
	if (strcmp(order, group->last) > 0)
		strcpy(group->last, order);
}

static bool touches(const struct rect *a, const struct rect *b)
{
	return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static void lay_out(struct ground *g, struct ground_group *group)
{
	size_t count = 0;
	struct rect *taken;

	group->is_laid_out = true;
	if (!group->id) {
		layout_beside(&group->layout, g->group_count > 1 || g->card_count > 0 ? &g->bounds : NULL, g->new_cards);
		return;
	}
	for (size_t i = 0; i < g->card_count; i++)
		count += touches(&g->cards[i], &group->rect);
	taken = arena_new_n(g->mem, struct rect, count + 1);
	count = 0;
	for (size_t i = 0; i < g->card_count; i++)
		if (touches(&g->cards[i], &group->rect))
			taken[count++] = g->cards[i];
	layout_in_section(&group->layout, &group->rect, taken, count);
}

bool ground_place(struct ground *g, const char *section, struct ground_place *ret_place)
{
	struct ground_group *group = group_of(g, section);

	if (!order_between(group->last[0] ? group->last : NULL, NULL, ret_place->order))
		return false;
	strcpy(group->last, ret_place->order);
	if (!group->is_laid_out)
		lay_out(g, group);
	layout_next(&group->layout, &ret_place->x, &ret_place->y);
	return true;
}
