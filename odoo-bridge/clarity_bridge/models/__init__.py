from . import clarity_link
from . import clarity_event
from . import clarity_bridge
from . import sale_order_line
from . import stock_move
