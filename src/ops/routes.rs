//! Every route with its methods, read from the text of `app.rs`, so that the list cannot differ from the program.

/// One route of the table in `app.rs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The function of `app.rs` it stands in.
    pub area: String,
    pub path: String,
    /// GET, POST and DELETE, as far as it answers them.
    pub methods: Vec<&'static str>,
}

/// All routes in the order of the file.
pub fn table() -> Vec<Route> {
    read(include_str!("../app.rs"))
}

/// The routes that an area's function names, in a text like `app.rs`.
pub fn read(text: &str) -> Vec<Route> {
    let mut area = String::new();
    let mut routes: Vec<Route> = Vec::new();
    for piece in statements(text) {
        if let Some(name) = piece.split_once("fn ").and_then(|(_, rest)| rest.split(['(', '<']).next()) {
            name.clone_into(&mut area);
        }
        let call = piece.strip_prefix("route(").map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
        if let Some((path, handlers)) = call.and_then(|rest| rest.split_once('"')) {
            let methods = [("GET", "get("), ("POST", "post("), ("DELETE", "delete(")];
            let methods = methods.into_iter().filter(|(_, call)| handlers.contains(call)).map(|(method, _)| method);
            routes.push(Route { area: area.clone(), path: path.to_owned(), methods: methods.collect() });
        }
    }
    routes
}

/// Splits at the beginning of each function and of each `.route(`.
fn statements(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for function in text.split("\n}\n") {
        let mut starts = vec![0];
        starts.extend(function.match_indices(".route(").map(|(at, _)| at + 1));
        starts.push(function.len());
        pieces.extend(starts.windows(2).map(|pair| &function[pair[0]..pair[1]]));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_with_their_methods() {
        let text = "fn a() -> Router {\n    Router::new().route(\"/x\", get(y))\n        .route(\n\"/z\", get(y).post(z))\n}\n\nfn b() {\n}\n";
        let routes = read(text);
        assert_eq!(routes.len(), 2);
        assert_eq!((routes[1].area.as_str(), routes[1].path.as_str()), ("a", "/z"));
        assert_eq!(routes[1].methods, ["GET", "POST"]);
        assert!(table().iter().any(|route| route.path == "/sign-in" && route.methods == ["GET", "POST"]));
    }
}
