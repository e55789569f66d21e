from . import support_demo
