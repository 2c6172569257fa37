import dev.adjoint.*;
import dev.adjoint.nn.*;
import dev.adjoint.nn.Module;
import dev.adjoint.optim.*;
import dev.adjoint.type.*;
import static dev.adjoint.Tensors.*;
