from . import support_board
from . import ir_websocket
from . import support_appointment
from . import support_board_moves
