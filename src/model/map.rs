//! Maps for what is asked often. The seed is random: nobody who pushes can make all keys collide.

use foldhash::fast::RandomState;

/// A map of the standard library with a faster hash.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// The same for a set.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;
