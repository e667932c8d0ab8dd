from . import mrp_bom
from . import mrp_bom_line
from . import product_product
from . import stock_picking
