/* template_rpc.c - template.list: what the gallery shows. */
#include "board/board.h"
#include "board/template.h"

static enum call_next template_list(struct call *c)
{
	const struct kd_template_list *p = c->params;
	enum template_language language = template_language(p->language ? p->language : c->caller->locale);
	struct kd_template_list_result result = { 0 };
	size_t count;
	const struct template *all = template_all(&count);

	result.templates.items = arena_new_n(c->mem, struct kd_template, count);
	for (; result.templates.count < count; result.templates.count++)
		template_say(&all[result.templates.count], language, c->mem, &result.templates.items[result.templates.count]);
	return call_reply(c, &result);
}

const struct rpc_binding template_rpc[] = {
	{ &kd_template_list, template_list, ACCESS_MEMBER, RATE_READ, 0 },
	{ .method = NULL },
};
