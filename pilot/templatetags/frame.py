"""What the frame of every page needs beyond Django's own tags."""

from django.template import Library
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockNode

register = Library()


@register.simple_tag(takes_context=True)
def title_of_page(context):
    """The words of the block `title` once more: most pages are called the same in the tab and in the heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    title = blocks and blocks.get_block("title")
    return BlockNode(title.name, title.nodelist).render(context) if title else ""
